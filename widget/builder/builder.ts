import pageCss from './page.css?inline';
import { SignupBuilder } from './signup-builder.ts';

const pageSheet = new CSSStyleSheet();
pageSheet.replaceSync(pageCss);
document.adoptedStyleSheets.push(pageSheet);

customElements.define('signup-builder', SignupBuilder);
