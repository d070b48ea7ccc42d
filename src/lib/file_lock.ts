import { folderOf } from "./files.ts";
import { plainFile } from "./private_file.ts";

/**
 * A lock that processes share by way of a file: flock(2), so that the system lets go of it when its holder dies,
 * however it dies. It reaches as far as the file system's locks do: every process of a machine, and other machines
 * where the disk they share carries locks (NFS since Linux 2.6.12; many cloud file stores do not).
 */
export class FileLock {
  constructor(readonly path: string) {}

  /** Takes the lock and returns what gives it back, or undefined while somebody else holds it. */
  async tryTake(): Promise<Disposable | undefined> {
    await Deno.mkdir(folderOf(this.path), { recursive: true, mode: 0o700 });
    await plainFile(this.path);
    const file = await Deno.open(this.path, { write: true, create: true, mode: 0o600 });
    try {
      const [opened, standing] = await Promise.all([file.stat(), plainFile(this.path)]);
      if (standing?.ino !== opened.ino || standing.dev !== opened.dev) {
        throw new Error(`Cannot lock ${JSON.stringify(this.path)}: expected a file that stays`);
      }
      if (await file.tryLock(true)) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
    return undefined;
  }
}
