/** A contact as the sandbox keeps it; the names are rasa.io's own. */
export interface Person {
  readonly id: string;
  email: string;
  external_id: string | null;
  first_name: string | null;
  last_name: string | null;
  segment_code: string | null;
  referred_by: string | null;
  is_active: boolean;
  is_subscribed: boolean;
  is_archived: boolean;
  /** ISO 8601, UTC. */
  readonly created: string;
  updated: string;
  attributes: readonly Attribute[];
}

export interface Attribute {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly created: string;
}
