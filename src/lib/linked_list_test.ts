import { strict as assert } from "node:assert";
import { Linked, LinkedList } from "./linked_list.ts";

class Member extends Linked<Member> {
  constructor(readonly name: number) {
    super();
  }
}

Deno.test("a linked list keeps its order as a Set does, whoever comes and goes", () => {
  const list = new LinkedList<Member>();
  const expected = new Set<Member>();
  const members = Array.from({ length: 9 }, (_, name) => new Member(name));
  let seed = 1;
  for (let step = 0; step < 5000; step++) {
    seed = seed * 48271 % 0x7fffffff;
    const member = members[seed % members.length]!;
    assert.equal(list.has(member), expected.has(member));
    if (seed % 5 < 3 && !list.has(member)) {
      list.append(member);
      expected.add(member);
    } else {
      assert.equal(list.remove(member), expected.delete(member));
    }
    assert.deepEqual([list.size, list.first], [expected.size, [...expected][0]]);
    assert.deepEqual([...list].map(({ name }) => name), [...expected].map(({ name }) => name));
  }
});

Deno.test("a member is in one list only, and may leave while the list is looked through", () => {
  const [one, other] = [new LinkedList<Member>(), new LinkedList<Member>()];
  const members = Array.from({ length: 4 }, (_, name) => new Member(name));
  for (const member of members) one.append(member);
  for (const member of one) {
    assert.ok(!other.remove(member));
    if (member.name % 2 === 0 && one.remove(member)) other.append(member);
  }
  assert.deepEqual([one, other].map((list) => [...list].map(({ name }) => name)), [[1, 3], [0, 2]]);
  assert.deepEqual(members.map(({ list }) => list), [other, one, other, one]);
});
