/** What a user's program is: makes a sandbox, uses it, deletes it, and has nothing more to do. Run by node in a process of its own. */
export const exitProgram = (sdkPath: string): string => `
const { Daytona } = await import(${JSON.stringify(sdkPath)});
const daytona = new Daytona();
const sandbox = await daytona.create();
const { result } = await sandbox.process.executeCommand('echo out of the sandbox');
await sandbox.delete();
process.stdout.write(result);
const ended = performance.now();
process.on('exit', () => process.stderr.write(String(Math.round(performance.now() - ended))));
`;
