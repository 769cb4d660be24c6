/** Git, through Daytona's SDK, against a repository that git's own daemon serves on the loopback of the sandbox. */
import { expect, it } from 'vitest';
import type { Stage } from './stage.ts';

const SERVE = `set -e
rm -rf /tmp/srv /tmp/seed
git init -q --bare -b main /tmp/srv/project
git init -q -b main /tmp/seed
cd /tmp/seed
echo hello > README
git add README
git -c user.name=a -c user.email=a@example.com commit -qm first
git push -q /tmp/srv/project main
git daemon --reuseaddr --base-path=/tmp/srv --export-all --enable=receive-pack --listen=127.0.0.1 --detach
for i in $(seq 50); do git ls-remote git://127.0.0.1/project >/dev/null 2>&1 && break; sleep 0.1; done`;

export function gitTests(stage: Stage): void {
  it('clones, changes, commits, pushes, pulls and branches', async () => {
    const { git, fs, process } = stage().box;
    expect(await process.executeCommand(SERVE)).toMatchObject({ exitCode: 0 });
    const [one, two] = ['/tmp/clone-one', '/tmp/clone-two'];
    await git.clone('git://127.0.0.1/project', one);
    await git.clone('git://127.0.0.1/project', two);
    await fs.uploadFile(Buffer.from('changed\n'), `${one}/README`);
    await fs.uploadFile(Buffer.from('new\n'), `${one}/added`);
    const before = await git.status(one);
    expect(before.currentBranch).toBe('main');
    expect(before.fileStatus.map(({ name, worktree }) => `${name} ${worktree}`).toSorted()).toEqual([
      'README Modified',
      'added Untracked',
    ]);
    await git.add(one, ['README', 'added']);
    const { sha } = await git.commit(one, 'second', 'Ann', 'ann@example.com');
    expect(sha).toMatch(/^[0-9a-f]{40}$/);
    expect(await git.status(one)).toMatchObject({ fileStatus: [], ahead: 1 });
    await git.push(one);
    await git.pull(two);
    expect(String(await fs.downloadFile(`${two}/README`))).toBe('changed\n');
    expect(await git.branches(one)).toMatchObject({ branches: ['main'] });
    await process.executeCommand('rm -rf /tmp/clone-two');
  });
}

/** What old SDKs have no methods for. */
export function newGitTests(stage: Stage): void {
  it('makes, takes and deletes branches, and names what went wrong', async () => {
    const { git } = stage().box;
    const path = '/tmp/clone-one';
    await git.createBranch(path, 'feature');
    await git.checkoutBranch(path, 'feature');
    expect(await git.branches(path)).toMatchObject({ branches: ['feature', 'main'], current: 'feature' });
    await expect(git.createBranch(path, 'feature')).rejects.toMatchObject({
      name: 'DaytonaGitBranchExistsError',
    });
    await git.checkoutBranch(path, 'main');
    await git.deleteBranch(path, 'feature');
    await expect(git.checkoutBranch(path, 'feature')).rejects.toMatchObject({
      name: 'DaytonaGitBranchNotFoundError',
    });
    await expect(git.status('/tmp')).rejects.toMatchObject({ statusCode: 404 });
  });
}
