/**
 * Whether the page is busy with something that must not be interrupted or covered: the visitor types, or
 * somebody's menu, modal dialog, full-screen element or another form of ours is open.
 */
export function isTaken(dialog: Element): boolean {
  return isTypedInto(document.activeElement, dialog) || hasModal(document);
}

/** Elements that take typed text, and frames, whose content another origin may hide. */
const typable = 'input, textarea, select, iframe, frame, object, embed, [role=textbox], [role=combobox]';

function isTypedInto(active: Element | null, dialog: Element): boolean {
  if (!active) return false;
  const { shadowRoot } = active;
  if (shadowRoot?.contains(dialog)) return false;
  if (shadowRoot?.activeElement) return isTypedInto(shadowRoot.activeElement, dialog);
  // The shadow root of another component may be closed.
  const isClosed = active.localName.includes('-') && !shadowRoot;
  return active.matches(typable) || isClosed || (active instanceof HTMLElement && active.isContentEditable);
}

/** Also what closes when something else opens, such as a menu. */
const modal =
  ':modal, :fullscreen, dialog:popover-open, :popover-open:not([popover=manual]), [aria-modal=true]';

function hasModal(root: Document | ShadowRoot): boolean {
  for (const element of root.querySelectorAll(modal))
    if (element.checkVisibility({ visibilityProperty: true })) return true;
  for (const { shadowRoot } of root.querySelectorAll('*'))
    if (shadowRoot && hasModal(shadowRoot)) return true;
  return false;
}
