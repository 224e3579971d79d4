/** Whether the text is in the clipboard, which is missing on pages over plain http, and may be denied. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Selects what could not be copied, so that a key press copies it. */
export function selectText(element: Element | null): void {
  if (element) getSelection()?.selectAllChildren(element);
}

/** Whether a copy key would copy something already. */
export function hasSelection(): boolean {
  return getSelection()?.toString() !== '';
}

export function isTextField(target: EventTarget | undefined): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && /^(?:text|number)$/.test(target.type);
}
