import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { RasaSignupAttributes } from './attributes.js';
import type { RasaSignup, SignupEvents } from './element.js';

declare module 'vue' {
  interface GlobalComponents {
    'rasa-signup': new () => RasaSignup & {
      /** Exists only as a type: the attributes that a template may set. */
      $props: HTMLAttributes & RasaSignupAttributes & PublicProps;
      /** Exists only as a type: the events that a template may listen for. */
      $emit: EmitFn<{ [Name in keyof SignupEvents]: (event: SignupEvents[Name]) => void }>;
    };
  }
}
