import { TAG_COLORS, type TagColor } from "@/shared/api/types";

/** The colour the server gives a tag nobody chose one for (shared/domain/task.py: tag_color), for tags it has not made yet. */
export function colorOfName(name: string): TagColor {
  let number = 2_166_136_261;
  for (const character of name.normalize("NFKC").toLowerCase()) number = Math.imul(number ^ character.codePointAt(0)!, 16_777_619) >>> 0;
  return TAG_COLORS[1 + ((number ^ (number >>> 16)) >>> 0) % (TAG_COLORS.length - 1)]!;
}
