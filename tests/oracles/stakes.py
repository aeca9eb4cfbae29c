"""Every way of completing what nobody said about stakes, and the rule of control itself, from its definition."""

from itertools import combinations_with_replacement, product

FIRMS = ("A", "B", "C", "D")
SHARES = (None, None, 0.25, 0.3, 0.5, 0.6)
OUTSIDE = "somebody else"


def blocked(stakes, owners=("A",)):
    """Half or more, counted together over all who are blocked."""
    found, before = set(owners), set()
    while found != before:
        before = set(found)
        found |= {firm for firm, held in stakes.items() if sum(held.get(one, 0.0) for one in before) >= 0.5 - 1e-9}
    return found


def ways(firm, told):
    """Ways in which a firm may be held: (what its stated holders have, what others have besides)."""
    if list(told) == [firm]:
        return [({firm: 1.0}, {})]
    known = {one: share for one, share in told.items() if share is not None}
    blank = [one for one, share in told.items() if share is None]
    left, found = 1 - sum(known.values()), []
    for parts in product((0.0, 0.5, 1.0), repeat=len(blank)):
        if sum(parts) > 1:
            continue
        named = known | {one: part * left for one, part in zip(blank, parts, strict=True)}
        for two in combinations_with_replacement([one for one in FIRMS if one != firm] + [OUTSIDE], 2):
            others = {}
            for holder in two:
                others[holder] = others.get(holder, 0.0) + left * (1 - sum(parts)) / 2
            found.append((named, others))
    return found


def completions(told):
    """What the stated holders have of each firm, and what all have."""
    for each in product(*(ways(firm, told[firm]) for firm in FIRMS)):
        named = dict(zip(FIRMS, (one for one, _ in each), strict=True))
        whole = {}
        for firm, (stated, others) in zip(FIRMS, each, strict=True):
            whole[firm] = {one: stated.get(one, 0.0) + others.get(one, 0.0) for one in {*stated, *others}}
        yield named, whole


def draw(random, among, firms=FIRMS[1:]):
    told = dict.fromkeys(FIRMS, {})
    for firm in firms:
        holders = random.sample([one for one in among if one != firm], random.choice((0, 1, 1, 2)))
        stakes = {one: random.choice(SHARES) for one in holders}
        while sum(filter(None, stakes.values())) > 1:
            stakes[holders[0]] = None
        told[firm] = {firm: None} if random.random() < 0.15 else stakes
    return told
