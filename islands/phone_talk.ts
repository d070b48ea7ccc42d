/**
 * What the test phone's page and the gateway say to each other on the WebSocket `/api/phone`, as JSON texts. Audio goes
 * beside them as binary messages, 16-bit little-endian samples of 8 kHz: up, what the microphone hears; down, what is to be
 * played after what came before.
 */

/** What the page asks for. The first is "dial", and each socket carries one call. */
export type PhoneOrder =
  | {
    readonly type: "dial";
    /** "" for the default agent. */
    readonly agent: string;
    readonly org: string;
    readonly language: string;
    /** The name and parameters of the flow's start event. */
    readonly start_name: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly vendor_config: string;
    readonly additional_info: Readonly<Record<string, string>>;
    /** A token of Webex's, where the gateway wants one; "" for none. */
    readonly token: string;
  }
  | { readonly type: "press"; readonly key: string }
  /** Says a recording that the gateway carries. */
  | { readonly type: "say"; readonly voice: PhoneVoice }
  | { readonly type: "hang_up" };

/** The recordings that a caller may say. */
export const PHONE_VOICES = ["booking", "order"] as const;
export type PhoneVoice = typeof PHONE_VOICES[number];

/** What the gateway tells the page. */
export type PhoneNews =
  | { readonly type: "dialled"; readonly call_id: string; readonly org_id: string }
  | {
    readonly type: "happened";
    /** Since dialling. */
    readonly at_ms: number;
    /** Sent to the gateway's port, received from it, in the call itself, or a breach of the contract. */
    readonly kind: "sent" | "received" | "call" | "violation";
    readonly what: string;
    readonly rpc?: number;
    readonly note?: string;
  }
  | {
    readonly type: "state";
    readonly my_turn: boolean;
    readonly playing: boolean;
    readonly takes_voice: boolean;
    readonly takes_keys: boolean;
    /** How the call ended or is about to: "transfer", "session_end", "hung_up" or "failed"; null while it goes on. */
    readonly end: string | null;
  }
  /** What has not been played yet is not to be: the caller has barged in. */
  | { readonly type: "cut_off" }
  /** What could not be done, as a sentence. */
  | { readonly type: "problem"; readonly message: string };
