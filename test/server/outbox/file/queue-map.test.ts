import { describe, expect, it } from 'vitest';
import { QueueMap } from '../../../../server/outbox/file/queue-map.ts';

const mapOf = (...names: readonly string[]) => {
  const map = new QueueMap<{ readonly name: string }>();
  for (const name of names) map.set(name, { name });
  return map;
};

const drain = <V>(map: QueueMap<V>) => {
  const dropped: V[] = [];
  map.dropWhile((value) => dropped.push(value) > 0);
  return dropped;
};

describe('a queue map', () => {
  it('drops the oldest up to the first that is to stay, again and again', () => {
    const map = mapOf('a', 'b', 'c');
    map.dropWhile(() => map.size > 2);
    map.set('d', { name: 'd' });
    map.dropWhile(() => map.size > 2);
    expect(['a', 'b', 'c', 'd'].map((name) => map.get(name)?.name)).toEqual([undefined, undefined, 'c', 'd']);
  });

  it('takes what is set again for the newest', () => {
    const map = mapOf('a', 'b');
    map.dropWhile(() => false);
    map.set('a', { name: 'a again' });
    expect(drain(map).map(({ name }) => name)).toEqual(['b', 'a again']);
  });

  it('passes over what was deleted, and goes on after it was empty', () => {
    const map = mapOf('a', 'b');
    map.dropWhile(() => false);
    map.delete('a');
    expect(drain(map)).toEqual([{ name: 'b' }]);
    map.set('c', { name: 'c' });
    expect(drain(map)).toEqual([{ name: 'c' }]);
    expect(map.size).toBe(0);
  });
});
