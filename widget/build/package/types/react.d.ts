import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { RasaSignupAttributes } from './attributes.js';
import type { RasaSignup, SignupEvents } from './element.js';

/** `onsignup-accepted={(event) => …}`: React 19 listens for the event whose name follows `on`. */
type SignupHandlers = {
  [Name in keyof SignupEvents as `on${Name}`]?: ((event: SignupEvents[Name]) => void) | undefined;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'rasa-signup': DetailedHTMLProps<HTMLAttributes<RasaSignup>, RasaSignup> &
        RasaSignupAttributes &
        SignupHandlers;
    }
  }
}
