import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { RasaSignupAttributes } from './attributes.js';
import type { RasaSignup, SignupEvents } from './element.js';

declare module 'vue' {
  interface GlobalComponents {
    'rasa-signup': new () => RasaSignup & {
      /** Not there when it runs: what a template may set. */
      $props: HTMLAttributes & RasaSignupAttributes & PublicProps;
      /** Not there when it runs: what a template may listen for. */
      $emit: EmitFn<{ [Name in keyof SignupEvents]: (event: SignupEvents[Name]) => void }>;
    };
  }
}
