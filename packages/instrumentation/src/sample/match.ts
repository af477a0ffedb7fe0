/** Compiles a model pattern: `*` stands for any characters, everything else for itself. No backtracking: linear time. */
export function compileModelPattern(pattern: string): (model: string) => boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return (model) => model === pattern;
  return (model) => {
    if (model.length < head.length + tail.length || !model.startsWith(head) || !model.endsWith(tail)) return false;
    const end = model.length - tail.length;
    let from = head.length;
    for (const piece of rest) {
      const at = model.indexOf(piece, from);
      if (at === -1 || at + piece.length > end) return false;
      from = at + piece.length;
    }
    return true;
  };
}
