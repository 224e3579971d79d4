/** What a page can notice of a script in it. Both functions run in the page. */
interface Noted {
  readonly builtIns: ReadonlyMap<string, unknown>;
  readonly globals: readonly string[];
  readonly listeners: Set<string>;
  readonly errors: string[];
  readonly keys: string[];
}

/** Runs before anything else: remembers what the page has, and records its errors, listeners and keys. */
export function notePage(): void {
  const builtIns = new Map<string, unknown>();
  for (const name of Object.getOwnPropertyNames(window)) {
    const value = Reflect.get(window, name) as unknown;
    if (typeof value !== 'function') continue;
    builtIns.set(name, value);
    const prototype = (value as { readonly prototype?: unknown }).prototype;
    for (const [path, owner] of [
      [name, value],
      [`${name}.prototype`, prototype],
    ] as const) {
      if (owner === undefined || owner === null) continue;
      for (const key of Reflect.ownKeys(owner)) {
        const descriptor = Object.getOwnPropertyDescriptor(owner, key);
        builtIns.set(
          `${path}.${String(key)}`,
          (descriptor && Reflect.get(descriptor, 'get')) ?? descriptor?.value,
        );
      }
    }
  }
  const noted: Noted = {
    builtIns,
    globals: Object.getOwnPropertyNames(window),
    listeners: new Set(),
    errors: [],
    keys: [],
  };
  Reflect.set(window, Symbol.for('noted'), noted);
  for (const type of ['error', 'unhandledrejection'])
    addEventListener(type, () => {
      noted.errors.push(type);
    });
  document.addEventListener('keydown', ({ key, target, defaultPrevented }) => {
    if (target instanceof Element && target.localName !== 'rasa-signup')
      noted.keys.push(`${key} ${target.id} ${String(defaultPrevented)}`);
  });
  for (const target of [window, document]) {
    const add = target.addEventListener.bind(target) as (...given: readonly unknown[]) => void;
    Reflect.set(target, 'addEventListener', (type: string, ...rest: readonly unknown[]): void => {
      noted.listeners.add(type);
      add(type, ...rest);
    });
  }
}

/** Everything that must be the same with us and without us. */
export function readPage(): Readonly<Record<string, unknown>> {
  const { builtIns, globals, listeners, errors, keys } = Reflect.get(window, Symbol.for('noted')) as Noted;
  const changed = [...builtIns].filter(([path, value]) => {
    const [name = '', ...rest] = path.split('.');
    let owner: unknown = window;
    let key: string | symbol = name;
    if (rest.length > 0) {
      owner = Reflect.get(window, name);
      if (rest[0] === 'prototype' && rest.length > 1)
        owner = (owner as { readonly prototype: unknown }).prototype;
      key = rest.at(-1) ?? '';
    }
    if (key.startsWith('Symbol(')) return false;
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    return (descriptor?.get ?? (descriptor?.value as unknown)) !== value;
  });
  const own = new Set(['keydown', 'keypress', 'keyup', 'online', 'signup-accepted']);
  const clone = document.documentElement.cloneNode(true) as Element;
  for (const ours of clone.querySelectorAll('rasa-signup, script')) ours.remove();
  return {
    'built-ins that differ': changed.map(([path]) => path),
    'new globals': Object.getOwnPropertyNames(window).filter((name) => !globals.includes(name)),
    listeners: [...listeners].filter((type) => !own.has(type)),
    errors,
    keys: keys.filter((key) => !key.startsWith('Tab')),
    markup: clone.outerHTML.replace(/\s+/g, ' '),
    forms: document.forms.length,
    'values of the form': [...new FormData(document.forms[0])],
    title: document.title,
    cookies: document.cookie,
    stored: [localStorage.length, sessionStorage.length],
    visited: history.length,
    overflow: [document.documentElement, document.body].map((one) => getComputedStyle(one).overflow),
    sheets: document.adoptedStyleSheets.length,
    selection: document.getSelection()?.toString(),
    modal: document.querySelectorAll(':modal, :popover-open').length,
  };
}
