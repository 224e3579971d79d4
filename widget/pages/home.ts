/** Makes the copy buttons work; without a clipboard (pages on plain http) they stay hidden. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  const { clipboard } = navigator as { clipboard?: Clipboard };
  if (!clipboard) continue;
  button.hidden = false;
  button.addEventListener('click', () => {
    const status = button.nextElementSibling;
    clipboard.writeText(button.dataset['copy'] ?? '').then(
      () => status?.replaceChildren('Copied.'),
      () => status?.replaceChildren('Your browser did not allow it: select the text and copy it.'),
    );
  });
}
