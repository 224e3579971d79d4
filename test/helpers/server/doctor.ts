import { startChecks, type DoctorOptions, type Finding } from '../../../server/doctor/doctor.ts';
import { builtDir } from './sandbox.ts';

/** All of the doctor's findings, by subject. */
export async function examine(
  options: Partial<DoctorOptions>,
): Promise<Readonly<Record<string, readonly Finding[]>>> {
  const checks = startChecks({ env: {}, pages: [], builtDir, process, ...options });
  return Object.fromEntries(
    await Promise.all(checks.map(async ({ about, findings }) => [about, await findings] as const)),
  );
}

/** The faults, each as `fault: what → remedy`. */
export function complaintsIn(findings: readonly Finding[] = []): string[] {
  return findings
    .filter(({ is }) => is === 'fault' || is === 'warning')
    .map(({ is, what, remedy }) => `${is}: ${what}${remedy === undefined ? '' : ` → ${remedy}`}`);
}

/** The texts of all findings. */
export function wordsIn(findings: readonly Finding[] = []): string {
  return findings.map(({ is, what }) => `${is}: ${what}`).join('\n');
}
