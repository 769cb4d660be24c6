/** The shell of a session: a job whose input is a list of directories, each with a command and its streams (`src/guest/JOBS.md`). */

/**
 * Sourced in the shell itself, so that directory, variables and functions last. The list is not passed on to commands; a shell
 * that ends with one of them ends the session.
 */
export const SESSION_LOOP = `exec 3<&0 </dev/null
while IFS= read -r __thaw_command <&3; do
{ . "$__thaw_command/cmd"; } <"$__thaw_command/in" >"$__thaw_command/out" 2>"$__thaw_command/err" 3<&-
echo $? >"$__thaw_command/end"
done`;
