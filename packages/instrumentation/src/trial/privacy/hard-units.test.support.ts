/** Each makes a scanner begin again and again, or look far for an end that is not there. */
export const HARD_UNITS: readonly string[] = [
  ['1 ', '4 ', '0 ', '4-', '+', '(', '(1', '415 ', '+1 ', '00 ', '4111 1111 1111 111'],
  ['@', 'a@', 'a%40', 'a@a.', '.a', "'", 'a.', 'é@'],
  ['sk-', 's', 's ', 'ghp_a ', 'SG.', 'hvs.a.', 'eyJ', 'eyJ-', 'eyJ_', '-eyJ', 'eyJ.', 'eyJhbGc.', '.eyJaaaa'],
  ['-', '-----', '-----BEGIN ', '-----BEGIN A-----', '-----END ', '-----BEGIN A-----a-----END '],
  ['DE12', 'DE12 ', 'FR14 2004 ', 'MT84'],
  ['pwd=', 'pwd="', 'pwd=\\"', "pwd='\n", 'token:', 'token: ', 'tel:', 'key=', 'cookie:', 'cookie: a', '_pwd', '":"'],
  ['authorization:', 'bearer ', 'Bearer', '://', '://a:', '://a:b', '\\', '\\n', '\\u0041', '\\/', '{"'],
  ['["\\u0070', '[4111111111111111,', 'a', ' ', '\n'],
].flat();
