export const HOSTILE: [name: string, text: string][];
