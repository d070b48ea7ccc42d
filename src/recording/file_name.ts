/** Characters of a call's id that a name holds at most. */
const LONGEST_ID = 80;
/** What this room calls its files, and nothing else: no name leads out of a folder. */
const SAFE = /^[A-Za-z0-9_-]{1,200}\.wav$/;

/**
 * Returns a file name that holds a call's id safely: nothing of it can leave the folder or hide the file. `pattern`:
 * {conversation_id} and {timestamp} stand for those of the call.
 */
export function recordingName(pattern: string, callId: string, at: Date): string {
  const id = callId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, LONGEST_ID);
  const time = at.toISOString().replaceAll(/[-:]/g, "").replace("T", "_").replace(".", "_").slice(0, 19);
  return pattern.replaceAll("{conversation_id}", id).replaceAll("{timestamp}", time);
}

/** Whether a name can be that of a recording in a folder of ours. */
export function isRecordingName(name: string): boolean {
  return SAFE.test(name);
}
