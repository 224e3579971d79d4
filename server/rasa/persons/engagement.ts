import { readDate } from '../reading/dates.ts';
import { readId, readItems, readNumber, readText, type Item } from '../reading/values.ts';

type Text = string | null | undefined;

/** A person that is not listed any more. */
export interface Tombstone {
  readonly id: string | undefined;
  /** Documented as the time of the last update today. */
  readonly archived_date: Date | undefined;
}

export function readTombstone({ id, archived_date }: Item): Tombstone {
  return { id: readId(id), archived_date: readDate(archived_date) };
}

/** What a person did with an issue. */
export interface PersonAction {
  /** Such as `open` and `click`. */
  readonly type: Text;
  readonly url: Text;
  readonly issue_date: Date | undefined;
  readonly action_time: Date | undefined;
  /** Everything that rasa.io sent of it. */
  readonly fields: Item;
}

export function readAction(item: Item): PersonAction {
  return {
    // An older description calls it `action_type`.
    type: readText(item['type'] ?? item['action_type']),
    url: readText(item['url']),
    issue_date: readDate(item['issue_date']),
    action_time: readDate(item['action_time'] ?? item['created']),
    fields: item,
  };
}

/** What a person is interested in, by what was clicked. */
export interface PersonTopic {
  readonly topic: Text;
  readonly first_click: Date | undefined;
  readonly last_click: Date | undefined;
  /** Clicks. */
  readonly count: number | undefined;
  /** How much it counts among the person's topics. */
  readonly weight: number | undefined;
}

/** Documented flat; the live answer held a list `topics`. */
export function readTopics(item: Item): readonly PersonTopic[] {
  return Array.isArray(item['topics']) ? readItems(item['topics']).map(readTopic) : [readTopic(item)];
}

function readTopic(item: Item): PersonTopic {
  return {
    topic: readText(item['topic'] ?? item['topic_text']),
    first_click: readDate(item['first_click']),
    last_click: readDate(item['last_click']),
    count: readNumber(item['count']),
    // The Swagger document has `wight` in its schema and `weight` in its example.
    weight: readNumber(item['weight'] ?? item['wight']),
  };
}

/** One issue that was sent to a person. */
export interface Send {
  readonly issue_id: string | undefined;
  /** Such as `Delivered` and `HardBounce`. */
  readonly status: Text;
  readonly send_at: Date | undefined;
  readonly created: Date | undefined;
  readonly updated: Date | undefined;
  readonly fields: Item;
}

export function readSend(item: Item): Send {
  return {
    issue_id: readId(item['issue_id']),
    status: readText(item['status']),
    send_at: readDate(item['send_at']),
    created: readDate(item['created']),
    updated: readDate(item['updated']),
    fields: item,
  };
}
