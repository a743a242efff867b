/** The tokens of a pattern: an escape, a class, a count (with the sign that makes it lazy), or one character. */
export const TOKENS = /\\.|\[\^?(?:\\.|[^\]\\])*\]|\(\?:|\{(\d{1,4})(,?)(\d{0,4})\}\??|./gsu;
