import { SignupBuilder } from './signup-builder.ts';

customElements.define('signup-builder', SignupBuilder);
