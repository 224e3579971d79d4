import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { onTestFinished } from 'vitest';

/**
 * A script with React and the copied component, which it draws into `#app` before the page's next paint, as
 * on a page that a server has rendered.
 */
export async function bundleReact(component: string): Promise<string> {
  const dir = resolve('node_modules/.cache', `builder-react-${process.pid}`);
  await mkdir(dir, { recursive: true });
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'newsletter-form.jsx'), component);
  const main = `import { createRoot } from 'react-dom/client';
    import { flushSync } from 'react-dom';
    import { NewsletterForm } from './newsletter-form.jsx';
    const root = createRoot(document.querySelector('#app'));
    flushSync(() => root.render(<NewsletterForm />));`;
  await writeFile(join(dir, 'main.jsx'), main);
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: dir,
    define: { 'process.env.NODE_ENV': '"production"' },
    // Otherwise the test's environment decides.
    oxc: { jsx: { development: false } },
    build: { write: false, lib: { entry: join(dir, 'main.jsx'), formats: ['iife'], name: 'app' } },
  });
  const [output] = built as Rolldown.RolldownOutput[];
  return output?.output[0].code ?? '';
}
