import type { Report } from '../../src/model/report.js';

export const MARK: string;
export function hostileReport(text: string): Report;
export function hostileDiagnostic(text: string): unknown;
export function hostileEvents(text: string): unknown[];
