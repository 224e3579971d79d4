import { actionReports } from './actions.ts';
import { figureReports } from './figures.ts';
import { members } from './members.ts';
import type { Report, ReportName } from './report.ts';

/** Every report, by its name. */
export const reports: Readonly<Record<ReportName, Report>> = { ...figureReports, ...actionReports, members };
