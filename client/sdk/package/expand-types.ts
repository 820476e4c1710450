// Writes types out: every alias of a module as a type that refers to nothing. For types that a schema infers, which would otherwise
// bring the schema's library along.
import ts from 'typescript';

/** The exported type aliases of `path` as the text of a d.ts file, with their doc comments. */
export function expandAliases(program: ts.Program, path: string): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  if (source === undefined) throw new Error(`${path} is not part of the program.`);
  const lines: string[] = [];
  const named = new Map<ts.Type, string>();
  ts.forEachChild(source, (node) => {
    const isExported =
      ts.isTypeAliasDeclaration(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return;
    const [comment] = ts.getLeadingCommentRanges(source.text, node.pos)?.slice(-1) ?? [];
    if (comment?.kind === ts.SyntaxKind.MultiLineCommentTrivia) lines.push(source.text.slice(comment.pos, comment.end));
    const type = checker.getTypeAtLocation(node.name);
    lines.push(`export type ${node.name.text} = ${textOf({ checker, named }, type)};`);
    named.set(type, node.name.text);
  });
  return `${lines.join('\n')}\n`;
}

interface Writer {
  checker: ts.TypeChecker;
  /** Types that have a name already. */
  named: Map<ts.Type, string>;
}

function textOf(writer: Writer, type: ts.Type): string {
  const { checker, named } = writer;
  const name = named.get(type);
  if (name !== undefined) return name;
  if (type.isUnion()) {
    const isBoolean = (part: ts.Type): boolean => (part.flags & ts.TypeFlags.BooleanLiteral) !== 0;
    const parts = type.types.filter((part) => !isBoolean(part)).map((part) => textOf(writer, part));
    const booleans = type.types.filter(isBoolean);
    if (booleans.length === 2) parts.push('boolean');
    else parts.push(...booleans.map((part) => checker.typeToString(part)));
    return parts.join(' | ');
  }
  const isPlain = (type.flags & ts.TypeFlags.Object) === 0 || isOfLibrary(type);
  if (isPlain && !checker.isArrayType(type))
    return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  if (checker.isArrayType(type)) {
    const [item] = checker.getTypeArguments(type as ts.TypeReference);
    if (item === undefined) throw new Error('An array of nothing.');
    return `${checker.typeToString(type).startsWith('readonly') ? 'readonly ' : ''}(${textOf(writer, item)})[]`;
  }
  const index = checker
    .getIndexInfosOfType(type)
    .map(({ keyType, type: value }) => `[key: ${checker.typeToString(keyType)}]: ${textOf(writer, value)}`);
  const fields = checker.getPropertiesOfType(type).map((field) => {
    const isOptional = (field.flags & ts.SymbolFlags.Optional) !== 0;
    const key = /^\w+$/.test(field.name) ? field.name : `'${field.name}'`;
    return `${key}${isOptional ? '?' : ''}: ${textOf(writer, checker.getTypeOfSymbol(field))}`;
  });
  return `{ ${[...index, ...fields].join('; ')} }`;
}

/** Uint8Array and the like: known wherever TypeScript is. */
function isOfLibrary(type: ts.Type): boolean {
  const [declaration] = type.symbol?.declarations ?? [];
  const file = declaration?.getSourceFile().fileName ?? '';
  return /typescript\/lib\/lib\.|@types\/node/.test(file) && type.symbol.name !== '__type';
}
