// The search: sections, rows of tables and Python names, ranked by BM25 with a heavier title. A question need not have
// all words of its answer, and the answer is shown below its title. Everything is in ENTRIES: [address, page, title, words].
(() => {
  const STOP = new Set(("a an and are as at be by can define defined do does explain for from get got has have how i if in is it "
    + "its make me my of on or own should so that the their there they this to use was we were what when where which who "
    + "why will with you your").split(" "));
  const SHOWN = 20, LETTERS = 260;
  const PLACES = [[/^project\/changes/, 0.3], [/^why\//, 0.7], [/^project\//, 0.7], [/^how-to\/teach\//, 0.6]];

  const stem = (word) => {
    let short = word;
    if (short.length > 4) short = short.replace(/ies$/, "y").replace(/([^s])s$/, "$1");
    if (short.length > 5) short = short.replace(/(ing|ed)$/, "");
    return short.length > 4 ? short.replace(/e$/, "") : short;
  };
  const words = (text) => (text.toLowerCase().match(/[a-z0-9]+(?:[._][a-z0-9]+)*/g) || [])
    .flatMap((word) => (/[._]/.test(word) ? [word, ...word.split(/[._]/)] : [word])).map(stem);
  const count = (list, into, weight) => list.forEach((word) => into.set(word, (into.get(word) || 0) + weight));

  const seen = new Map(); // word -> in how many entries
  let total = 0;
  const entries = ENTRIES.map(([address, page, title, said]) => {
    const found = new Map(), its = words(title), all = words(said);
    count(all, found, 1);
    count(words(page), found, 1.5);
    count(its, found, /^\S+[._]\S+$/.test(title) ? 1.5 : 4); // a name says less by its parts than a heading by its words
    for (const word of found.keys()) seen.set(word, (seen.get(word) || 0) + 1);
    const length = all.length + its.length;
    total += length;
    const place = PLACES.find(([where]) => where.test(address));
    return { address, page, title, said, found, its: new Set(its), length, weight: place ? place[1] : 1 };
  });
  const usual = total / entries.length;

  const asked = (question) => {
    const every = [...new Set(words(question.replace(/^(\s*what do(?:es)? .+) mean\W*$/i, "$1")))];
    const kept = every.filter((word) => !STOP.has(word) && !STOP.has(word + "e"));
    return kept.length ? kept : every;
  };

  const score = (entry, terms) => {
    let sum = 0, met = 0, titled = 0;
    for (const term of terms) {
      const times = entry.found.get(term);
      if (!times) continue;
      const rare = Math.log(1 + (entries.length - seen.get(term) + 0.5) / (seen.get(term) + 0.5));
      sum += rare * (times * 2.2) / (times + 1.2 * (0.4 + 0.6 * entry.length / usual));
      met += 1;
      titled += entry.its.has(term);
    }
    if (!met) return 0;
    const whole = titled && titled === entry.its.size ? 1.6 : 1; // the title is nothing but what was asked
    return sum * (met / terms.length) * (1 + 0.5 * titled / terms.length) * whole * entry.weight;
  };

  // A setting of a part stands on the part's page and in the table of all settings.
  const same = (one, other) => one.title === other.title && (one.said.endsWith(other.said) || other.said.endsWith(one.said));

  const answer = (question) => {
    const terms = asked(question);
    return entries.map((entry) => [score(entry, terms), entry]).filter(([points]) => points > 0)
      .sort((one, other) => other[0] - one[0]).map(([, entry]) => entry)
      .filter((entry, number, all) => !all.slice(0, Math.min(number, SHOWN)).some((before) => same(before, entry)))
      .slice(0, SHOWN);
  };

  const cut = (said, terms) => {
    const sentences = said.split(/(?<=[.;:?]) /);
    const value = (sentence) => new Set(words(sentence).filter((word) => terms.includes(word))).size;
    let best = 0;
    sentences.forEach((sentence, number) => { if (value(sentence) > value(sentences[best])) best = number; });
    let text = sentences[best] || "";
    while (text.length < LETTERS && ++best < sentences.length) text += ` ${sentences[best]}`;
    return text.length > 2 * LETTERS ? `${text.slice(0, 2 * LETTERS)} ...` : text;
  };

  const marked = (text, terms) => {
    const line = document.createElement("p");
    for (const part of text.split(/([A-Za-z0-9_.]+)/)) {
      const hit = words(part).some((word) => terms.includes(word));
      line.append(hit ? Object.assign(document.createElement("mark"), { textContent: part }) : part);
    }
    return line;
  };

  const show = (question) => {
    const found = question.trim() ? answer(question) : [], terms = asked(question);
    document.getElementById("answers").replaceChildren(...found.map(({ address, page, title, said }) => {
      const item = document.createElement("li"), link = document.createElement("a"), where = document.createElement("span");
      Object.assign(link, { href: address, textContent: title || page });
      Object.assign(where, { textContent: title && title !== page ? page : "", className: "where" });
      item.append(link, " ", where, marked(cut(said, terms), terms));
      return item;
    }));
    const many = found.length === SHOWN ? `the ${SHOWN} nearest` : found.length;
    document.getElementById("found").textContent = question.trim()
      ? (found.length ? `Answers: ${many}` : "Nothing was found. Try another word, or one word alone.") : "";
  };

  const box = document.getElementById("question");
  box.value = new URLSearchParams(location.search).get("q") || "";
  box.addEventListener("input", () => show(box.value));
  box.form.addEventListener("submit", (event) => { event.preventDefault(); show(box.value); });
  show(box.value);
  if (!box.value) box.focus();
})();
