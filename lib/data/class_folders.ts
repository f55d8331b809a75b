/** The names of the folders in which pictures are kept by class. */

/**
 * Returns a folder's name for each class: its name, or its number if classes have no names. Characters
 * that file systems refuse are percent-encoded, and names that differ only in case get their number,
 * since many file systems take them for one.
 *
 * @returns The names of the folders by class
 */
export function folderNames(classes: number, names?: readonly string[]): string[] {
  const used = new Set<string>();
  return Array.from({ length: classes }, (_, label) => {
    const name = (names?.[label] ?? String(label))
      .replace(/[\p{Cc}%/\\:*?"<>|]|^\.|[. ]$/gu, hex);
    const isUsed = used.has(name.toLowerCase());
    used.add(name.toLowerCase());
    return isUsed ? `${name} (${label})` : name;
  });
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
