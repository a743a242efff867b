import type { ErrorCode } from '../src/client/errors/codes.ts';

/** The title of each error's page. */
export const ERROR_TITLES: Readonly<Record<ErrorCode, string>> = {
  'PN-1001': 'Missing parameter',
  'PN-1002': 'Invalid parameter',
  'PN-1003': 'Unknown parameter',
  'PN-1004': 'Not JSON',
  'PN-1005': 'Message too large',
  'PN-1006': 'Missing key',
  'PN-1007': 'Invalid configuration',
  'PN-2001': 'Network failure',
  'PN-2002': 'Timeout',
  'PN-2003': 'Cancelled',
  'PN-2004': 'Client closed',
  'PN-2005': 'Redirected',
  'PN-3001': 'Bad request',
  'PN-3002': 'Access denied',
  'PN-3003': 'Not found',
  'PN-3004': 'Request too long',
  'PN-3005': 'Too many requests',
  'PN-3006': 'Server error',
  'PN-3007': 'Unexpected status',
  'PN-3008': 'Malformed filter expression',
  'PN-4001': 'Malformed response',
  'PN-4002': 'Response too large',
  'PN-5001': 'Not decrypted',
  'PN-5002': 'Not encrypted',
};
