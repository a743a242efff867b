// What a `ts fragment` block of a page may use without saying where it comes from, unless it declares the name itself.
// Such a block is compiled, not run; a block that is run has to make everything itself.
import type { PubNub } from 'timetoken';
import type { Origin } from 'timetoken/origin';

export declare const pubnub: PubNub;
export declare const origin: Origin;
