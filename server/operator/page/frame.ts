import { html, renderPage, type Html } from '../../pages/document.ts';

interface OperatorFrame {
  readonly prefix: string;
  readonly title: string;
  /** Kept up to date by the page's script. */
  readonly isLive?: boolean;
  readonly header?: Html;
  readonly main: Html;
}

export function renderOperatorFrame({ prefix, title, isLive = false, header, main }: OperatorFrame): string {
  return renderPage({
    prefix,
    title: `${title} · rasa-signup`,
    lang: 'en',
    styles: ['/pages/operator.css'],
    ...(isLive && { scripts: ['/pages/operator.js'] }),
    header: html`<header class="top">
      <a class="brand" href=${`${prefix}/operator`}
        ><img src=${`${prefix}/pages/icon.svg`} alt="" width="24" height="24" />rasa-signup</a
      >${header ?? ''}
    </header>`,
    main,
  });
}
