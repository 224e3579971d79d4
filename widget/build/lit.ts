import { resolve } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Keeps the bundled lit separate from a page's own lit:
 * - Its Trusted Types policy has our name, because a page can have only one policy of each name. Under
 *   `trusted-types rasa-signup` the page may have a Lit of its own.
 * - A second copy of the script draws nothing and creates no policy, so that it can still place its form.
 * - It sets no global variable, by which copies of lit warn of each other.
 * - It reads none either. Otherwise the page's own lit, of any version, would apply its polyfills to ours.
 * - It works in pages that are XHTML.
 * - It has no ways around features that every supported browser has.
 */
export function keepLitToItself(): Plugin {
  const changes: readonly (readonly [found: RegExp, instead: string])[] = [
    [
      /(\w+)\?\1\.createPolicy\("lit-html",/g,
      '$1&&!self.customElements?.get("rasa-signup")?$1.createPolicy("rasa-signup",',
    ],
    [
      /,(\w+)=\w+\.litHtmlPolyfillSupport;\1\?\.\(\w+,\w+\),\(\w+\.litHtmlVersions\?\?=\[\]\)\.push\("[\d.]+"\);/g,
      ';',
    ],
    // A page may have given all objects a property `value`, which no descriptor of an accessor may have.
    [/\{(get:\w,set\(\w\))/g, '{__proto__:null,$1'],
    // Templates are HTML, in an XHTML page too.
    [
      /,(\w+)=document,/g,
      ',$1=/xml/.test(document.contentType)?document.implementation.createHTMLDocument():document,',
    ],
    [
      /,(\w+)\.litElementHydrateSupport\?\.\(\{LitElement:\w+\}\);const (\w+)=\1\.litElementPolyfillSupport;\2\?\.\(\{LitElement:\w+\}\);/g,
      ';',
    ],
    [/\(\w+\.litElementVersions\?\?=\[\]\)\.push\("[\d.]+"\);/g, ';'],
    [/,\w+=\w+\.reactiveElementPolyfillSupport/g, ''],
    [
      /,\w+\?\.\(\{ReactiveElement:\w+\}\),\(\w+\.reactiveElementVersions\?\?=\[\]\)\.push\("[\d.]+"\);/g,
      ';',
    ],
    // Attributes are text here.
    [
      /\{toAttribute\((\w+),\w+\)\{switch.*?return \1\},fromAttribute\((\w+),\w+\)\{.*?return \w+\}\}/g,
      '{toAttribute:$1=>$1,fromAttribute:$1=>$1}',
    ],
    [
      /const (\w+)=(\w+)\.getPropertyOptions\((\w+)\),\w+="function"==typeof \1\.converter.*?this\.(\S{4})=\3;.*?this\.\4=null/g,
      'this.$4=$3,this[$3]=arguments[1],this.$4=null',
    ],
    [/,c=a\.trustedTypes,l=c\?c\.emptyScript:""/g, ''],
    // No template has a value in a comment.
    [/;else\{let t=-1;for\(;-1!==.*?\.length-1\}/g, ';'],
    // No property is reflected, and none has a default.
    [/_\$ET\(\w+,\w+\)\{.*?(?=_\$AK\()/g, ''],
    [/update\(\w\)\{this\._\$Eq&&=.*?,this\._\$EM\(\)\}/g, 'update(){this._$EM()}'],
    [
      /(C\(t,s),\{useDefault.*?(?=async)/g,
      '$1){this._$AL.has(t)||this._$AL.set(t,this.hasUpdated?s:void 0)}',
    ],
    [/!\(\((i\.hasChanged\?\?f\)\(h,s\))\|\|i\.useDefault.*?\)\)\)\)return/g, '!($1)return'],
    // No decorators add initializers, no controller is removed, and there is one style sheet.
    [/static addInitializer.*?(?=static)/g, ''],
    [/,void 0!==t\.l&&\(this\.l=\[\.\.\.t\.l\]\)/g, ''],
    [/,this\.constructor\.l\?\.forEach\(t=>t\(this\)\)/g, ''],
    [/removeController\(t\)\{.*?\}/g, ''],
    [/if\(Array\.isArray\(s\)\)\{.*?\}else void 0!==s&&/g, ''],
    // No directive is used.
    [/function \w\(t,i,s=t,e\)\{.*?,i\)?\}(?=class|function)/g, ''],
    [/,V:M,/g, ','],
    [/t=M\(this,t,i\),(a\(t\)\?t===A)/g, '$1'],
    [/t=M\(this,t,i,0\),(o=!a\(t\))/g, '$1'],
    [/r=M\(this,e\[s\+n\],i,n\),/g, 'r=e[s+n],'],
    // Only directives ask a part for its neighbours and options.
    [/get parentNode\(\)\{return this\._\$AM\.parentNode\}get _\$AU\(\)\{return this\._\$AM\._\$AU\}/g, ''],
    [/get parentNode\(\)\{let t=.*?get endNode\(\)\{return this\._\$AB\}/g, ''],
    [/get tagName\(\)\{return this\.element\.tagName\}get _\$AU\(\)\{return this\._\$AM\._\$AU\}/g, ''],
    [/\(t\?\.creationScope\?\?l\)\.importNode/g, 'l.importNode'],
    // Listeners are functions that never change.
    [
      /_\$AI\(t,i=this\)\{if\(\(t=M\(.*?(\.addEventListener\(this\.name,this),t\).*?(handleEvent\(t\)\{).*?\}/g,
      '_$AI(t){this._$AH===A&&this.element$1),this._$AH=t}$2this._$AH(t)}',
    ],
    // No part is a whole element, and no template has a script, style, textarea or title.
    [/:6===(\w)\.type&&\(i=new Z\(h,this,t\)\)/g, ':0'],
    [/else (\w)\.startsWith\((\w)\)&&\(\w\.push\(\{type:6,index:\w\}\),\w\.removeAttribute\(\1\)\)/g, ''],
    [/if\(y\.test\(r\.tagName\)\)\{.*?\}\}\}else/g, '}else'],
    // Templates are HTML here, neither SVG nor MathML.
    [/2===(\w+)\?"<svg>":3===\1\?"<math>":""/g, '""'],
    [/\(2===(\w+)\?"<\/svg>":3===\1\?"<\/math>":""\)/g, '""'],
    [/2===(\w+)\|\|3===\1/g, '0'],
    // Nothing asks whether it is connected: only asynchronous directives do.
    [/(\}class k\{)get _\$AU\(\)\{return this\._\$AM\?\._\$AU\?\?this\._\$Cv\}/g, '$1'],
    [/,this\._\$Cv=\w\?\.isConnected\?\?!0/g, ''],
    [/for\(this\._\$AP\?\.\(!1,!0,\w\);/g, 'for(;'],
    [/setConnected\((\w)\)\{void 0===this\._\$AM&&\(this\._\$Cv=\1,this\._\$AP\?\.\(\1\)\)\}/g, ''],
    [/this\.hasUpdated\|\|\(this\.renderOptions\.isConnected=this\.isConnected\),/g, ''],
    [
      /connectedCallback\(\)\{super\.connectedCallback\(\),this\._\$Do\?\.setConnected\(!0\)\}disconnectedCallback\(\)\{super\.disconnectedCallback\(\),this\._\$Do\?\.setConnected\(!1\)\}/g,
      '',
    ],
    // What a part is, nothing asks; only asynchronous directives have children of their own to keep.
    [/constructor\(\)\{super\(\.\.\.arguments\),this\.type=3\}/g, ''],
    [/constructor\(\)\{super\(\.\.\.arguments\),this\.type=4\}/g, ''],
    [/constructor\(t,i,s,e,h\)\{super\(t,i,s,e,h\),this\.type=5\}/g, ''],
    [/this\.type=1,(this\._\$AH=A,)this\._\$AN=void 0,/g, '$1'],
    [/this\.type=2,(this\._\$AH=A,)this\._\$AN=void 0,/g, '$1'],
    [/(this\._\$AV=\[\],)this\._\$AN=void 0,/g, '$1'],
    // It draws at the end of an empty element, always of the same kind.
    [
      /\(t,i,s\)=>\{const e=s\?\.renderBefore\?\?i;.*?return h\._\$AI\(t\),h\}/g,
      '(t,i)=>{(i._$litPart$??=new k(i.insertBefore(c(),null),null,void 0,{}))._$AI(t)}',
    ],
    [/createRenderRoot\(\)\{const t=super\.createRenderRoot\(\);return this\.renderOptions.*?,t\}/g, ''],
    [/constructor\(\)\{super\(\.\.\.arguments\),this\.renderOptions=\{host:this\},this\._\$Do=void 0\}/g, ''],
    [/this\._\$Do=e\(r,this\.renderRoot,this\.renderOptions\)/g, 'e(r,this.renderRoot)'],
    [/i\._\$litElement\$=!0,/g, ''],
    // Nothing schedules updates, or asks what has changed.
    [/const t=this\.scheduleUpdate\(\);return null!=t&&await t,/g, 'this.performUpdate();return'],
    [/scheduleUpdate\(\)\{return this\.performUpdate\(\)\}/g, ''],
    [
      /(this\._\$Ep=void 0\})const t=this\.constructor\.elementProperties;if\(t\.size>0\)for.*?void 0,i,e\)\}/g,
      '$1',
    ],
    [/,this\.prototype\.hasOwnProperty\(t\)&&\(\(s=Object\.create\(s\)\)\.wrapped=!0\)/g, ''],
    // The element has these methods itself, or none.
    [/this\.hasUpdated\|\|\((this\.hasUpdated=!0),this\.firstUpdated\(t\)\)/g, '$1'],
    [/updated\(t\)\{\}firstUpdated\(t\)\{\}/g, ''],
    [/willUpdate\(t\)\{\}/g, ''],
    [/enableUpdating\(t\)\{\}/g, ''],
    [/shouldUpdate\(t\)\{return!0\}/g, ''],
    [/render\(\)\{return r\}/g, ''],
    // Templates are literals, and no value is `noChange` or a node.
    [/,_\$litType\$:s\}=t,e="number"==typeof s\?(this\._\$AC\(t\)):.*?,s\);/g, '}=t,e=$1;'],
    [/t!==this\._\$AH&&t!==E&&this\._\(t\)/g, 't!==this._$AH&&this._(t)'],
    [/t!==this\._\$AH&&t!==E,o/g, 't!==this._$AH,o'],
    [/r===E&&\(r=this\._\$AH\[n\]\),/g, ''],
    [/void 0!==t\.nodeType\?this\.T\(t\):/g, ''],
    // The properties that decorators declare. We have none.
    [/Symbol\.metadata\?\?=Symbol\("metadata"\),\w+\.litPropertyMetadata\?\?=new WeakMap;/g, ''],
    [
      /const (\w+)=this\[Symbol\.metadata\];if\(null!==\1\)\{const (\w+)=litPropertyMetadata\.get\(\1\);if\(void 0!==\2\)for\(const\[\w+,\w+\]of \2\)this\.elementProperties\.set\(\w+,\w+\)\}/g,
      '',
    ],
  ];
  const times = changes.map(() => 0);
  return {
    name: 'keep-lit-to-itself',
    enforce: 'pre',
    buildStart() {
      times.fill(0);
    },
    resolveId(source, importer = '') {
      return source === './css-tag.js' && importer.includes('/reactive-element/')
        ? resolve('widget/build/css-tag.js')
        : undefined;
    },
    transform(code, id) {
      if (!/\/(lit-html|lit-element|reactive-element)\//.test(id)) return undefined;
      return changes.reduce((changed, [found, instead], index) => {
        times[index] = (times[index] ?? 0) + [...changed.matchAll(found)].length;
        return changed.replace(found, instead);
      }, code);
    },
    generateBundle() {
      changes.forEach(([found], index) => {
        if (times[index] === 1) return;
        throw new Error(
          `The bundled lit matches ${String(found)} ${String(times[index])} times instead of once: adapt keepLitToItself().`,
        );
      });
    },
  };
}
