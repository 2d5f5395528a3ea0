// The attendance sheet: one tap saves at once; several taps go in one request; what the network
// refuses is kept (in this browser too) and sent again. Every mark carries a nonce, so sending one
// twice does no harm. Without this script the form's own buttons do the work.

const GATHER = 250; // ms in which taps join one request
const MOST = 200; // marks in one request
const RETRY = [2000, 4000, 8000, 15000, 30000];

const randomText = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

class Sheet {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.kept = `training.marks ${this.words.marker} ${this.words.marksUrl} `; // begins the key of each
    this.waiting = []; // marks not yet acknowledged, in the order of the taps
    this.stored = new Set(); // nonces of those that this page keeps in the browser, too
    this.done = []; // what Undo takes back: lists of {row, before, nonce}
    this.page = randomText(); // begins the nonces of this page, by which the server knows what is its own
    this.made = 0;
    this.newest = Number(this.words.newest); // the newest mark that this page shows
    this.tries = 0;
    this.timer = 0;
    this.sending = false;
    this.rows = new Map([...form.querySelectorAll(".mark-row")].map((row) => [row.dataset.registration, row]));
    for (const row of this.rows.values()) row.dataset.saved = row.dataset.status;
    this.state = form.querySelector("[data-state-text]");
    form.addEventListener("change", (event) => this.tapped(event));
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => this.sendSoon(0));
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting.length && !this.outlives) event.preventDefault();
    });
    form.querySelector("[data-save]").hidden = true;
    this.findPeople();
    this.takeUpKept();
    this.showUndo();
  }

  tapped(event) {
    const row = event.target.closest(".mark-row");
    if (row) this.mark([row], event.target.value);
  }

  submitted(event) {
    event.preventDefault();
    const { name } = event.submitter ?? {};
    if (name === "all") this.allPresent();
    else if (name === "undo") this.undo();
    else this.sendSoon(0);
  }

  // Whom somebody else marked since this page was loaded, the server leaves alone.
  allPresent() {
    const unmarked = [...this.rows.values()].filter((row) => !row.dataset.status);
    this.mark(unmarked, "present", { only_if_unmarked: true });
  }

  mark(rows, status, condition = {}) {
    if (!rows.length) return;
    this.done.push(
      rows.map((row) => {
        const before = row.dataset.status;
        return { row, before, nonce: this.claim(row, status, { status: status || "cleared", ...condition }) };
      }),
    );
    this.claimed();
  }

  // The server knows what stood before, and whether somebody marked since; what is shown is a guess.
  undo() {
    for (const { row, before, nonce } of this.done.pop() ?? []) this.claim(row, before, { takes_back: nonce });
    this.claimed();
  }

  claim(row, status, wish) {
    this.made += 1;
    const nonce = `${this.page}.${this.made}`;
    this.waiting.push({ registration: Number(row.dataset.registration), ...wish, nonce, claimed_at: new Date().toISOString() });
    this.show(row, status);
    this.say(row, this.words.saving);
    return nonce;
  }

  claimed() {
    this.showUndo();
    this.keep();
    this.sendSoon(GATHER);
  }

  // What was not taken cannot be taken back.
  forget(nonce) {
    this.done = this.done.map((marks) => marks.filter((mark) => mark.nonce !== nonce)).filter((marks) => marks.length);
    this.showUndo();
  }

  // Puts a row into a status, as if it had been tapped.
  show(row, status) {
    row.dataset.status = status;
    const radio = row.querySelector(`input[value="${status}"]`);
    radio.checked = true;
    const more = radio.closest("details");
    const details = row.querySelector("details");
    details.open = more !== null && status !== "";
    this.count();
  }

  say(row, text, kind = "") {
    const line = row.querySelector("[data-row-state]");
    line.textContent = text;
    line.className = `mark-state ${kind}`;
  }

  sayAll(text, kind = "") {
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.className = `sheet__state ${kind}`;
  }

  count() {
    const marked = [...this.rows.values()].filter((row) => row.dataset.status).length;
    this.showCount(marked, this.rows.size);
  }

  showCount(marked, total) {
    const text = this.words.count.replace("{marked}", marked).replace("{total}", total);
    this.form.querySelector("[data-count-text]").textContent = text;
  }

  showUndo() {
    this.form.querySelector("button[name='undo']").disabled = !this.done.length;
  }

  // The server decides what depends on how a person stands before it looks at the rest of a request.
  nextMarks() {
    const people = new Set();
    const isLate = ({ registration, takes_back, only_if_unmarked }) => {
      if ((takes_back || only_if_unmarked) && people.has(registration)) return true;
      people.add(registration);
      return false;
    };
    const end = this.waiting.findIndex((mark, index) => index === MOST || isLate(mark));
    return end < 0 ? [...this.waiting] : this.waiting.slice(0, end);
  }

  sendSoon(after) {
    clearTimeout(this.timer);
    if (this.waiting.length) this.timer = setTimeout(() => this.send(), after);
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    const marks = this.nextMarks();
    this.sayAll(this.words.saving);
    try {
      const answer = await fetch(this.words.marksUrl, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": this.form.elements.csrf_token?.value ?? "",
        },
        body: JSON.stringify({ marks, seen: this.newest, sent_at: new Date().toISOString() }),
        redirect: "manual", // to the sign-in page: comes back as status 0
      });
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
      // Of an answer that breaks off nothing is known, so it is asked for again; a refusal may be a page.
      const body = answer.ok ? await answer.json() : await answer.json().catch(() => ({}));
      const reason = body.detail ?? this.words.reload;
      if (body.results) this.answered(marks, body);
      else if ([0, 400, 401, 403].includes(answer.status)) this.signedOut();
      else this.answered(marks, { results: marks.map(({ nonce }) => ({ nonce, result: "refused", reason })) });
    } catch {
      this.failed();
    } finally {
      this.sending = false;
    }
  }

  answered(marks, { results, marked, total, others = [], newest = this.newest }) {
    const resultOf = new Map(results.map((result) => [result.nonce, result]));
    this.waiting = this.waiting.filter((mark) => !resultOf.has(mark.nonce));
    this.tries = 0;
    let refused = false;
    let overtaken = false;
    for (const mark of marks) {
      const result = resultOf.get(mark.nonce);
      const row = this.rows.get(String(mark.registration));
      if (!result || !row) continue;
      const isLast = !this.waiting.some((later) => later.registration === mark.registration);
      if (result.result === "refused") {
        refused = true;
        this.forget(mark.nonce);
        if (isLast) this.show(row, row.dataset.saved);
        this.say(row, this.words.refused.replace("{reason}", result.reason), "is-refused");
        continue;
      }
      const current = result.current ?? mark.status;
      row.dataset.saved = current === "cleared" ? "" : current;
      if (isLast) this.show(row, row.dataset.saved);
      if (result.result === "kept") {
        overtaken = true;
        this.forget(mark.nonce);
        this.say(row, this.words.overtaken);
      } else if (isLast) {
        this.say(row, this.words.saved);
        setTimeout(() => row.querySelector("[data-row-state]").textContent === this.words.saved && this.say(row, ""), 2500);
      }
    }
    this.newest = newest;
    this.markedByOthers(others);
    this.keep();
    if (!this.waiting.length) {
      if (total !== undefined) this.showCount(marked, total);
      if (refused) this.sayAll(this.words.someRefused, "is-refused");
      else this.sayAll(overtaken ? this.words.someOvertaken : this.words.saved);
    }
    this.sendSoon(0);
  }

  // What is tapped here and not saved yet is newer than what the server knows.
  markedByOthers(others) {
    for (const { registration, current } of others) {
      const row = this.rows.get(String(registration));
      if (!row || this.waiting.some((mark) => mark.registration === registration)) continue;
      row.dataset.saved = current === "cleared" ? "" : current;
      if (row.dataset.status === row.dataset.saved) continue;
      this.show(row, row.dataset.saved);
      this.say(row, this.words.byOthers);
    }
  }

  // Nothing is sent until the page was loaded again; what is kept is sent then.
  signedOut() {
    this.sayWaiting(this.words.notSaved, "is-refused");
    this.sayAll(this.words.signedOut, "is-refused");
  }

  sayWaiting(text, kind) {
    for (const { registration } of this.waiting) {
      const row = this.rows.get(String(registration));
      if (row) this.say(row, text, kind);
    }
  }

  failed() {
    this.sayWaiting(this.words.kept);
    this.sayAll(this.words.waiting, "is-waiting");
    this.sendSoon(RETRY[Math.min(this.tries, RETRY.length - 1)]);
    this.tries += 1;
  }

  // What is not saved yet outlives this page: ids and statuses, no names. Each mark is an item of its
  // own, so that no tab writes over another's; and of a person, so that nobody sends somebody else's.
  keep() {
    const waiting = new Set(this.waiting.map(({ nonce }) => nonce));
    const unsaved = new Set(this.waiting.map(({ registration }) => String(registration)));
    for (const [registration, row] of this.rows) row.toggleAttribute("data-unsaved", unsaved.has(registration));
    try {
      for (const nonce of this.stored) {
        if (waiting.has(nonce)) continue;
        localStorage.removeItem(this.kept + nonce);
        this.stored.delete(nonce);
      }
      for (const mark of this.waiting) {
        if (this.stored.has(mark.nonce)) continue;
        localStorage.setItem(this.kept + mark.nonce, JSON.stringify(mark));
        this.stored.add(mark.nonce);
      }
      this.outlives = true;
    } catch {
      this.outlives = false; // no storage: kept in the page only, and leaving it asks first
    }
  }

  takeUpKept() {
    let kept = [];
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.kept));
      kept = keys.map((key) => JSON.parse(localStorage.getItem(key))).filter(Boolean); // gone: another tab's work
    } catch {
      kept = [];
    }
    kept.sort((one, other) => (one.claimed_at < other.claimed_at ? -1 : 1)); // in the order of the taps
    for (const mark of kept) {
      this.stored.add(mark.nonce);
      const row = this.rows.get(String(mark.registration));
      if (!row) continue;
      this.waiting.push(mark);
      if (mark.status) this.show(row, mark.status === "cleared" ? "" : mark.status);
      this.say(row, this.words.saving);
    }
    this.keep();
    this.sendSoon(0);
  }

  findPeople() {
    const box = this.form.querySelector("[data-search]");
    const none = this.form.querySelector("[data-none]");
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const search = box.querySelector("input");
    const names = [...this.rows.values()].map((row) => [row.parentElement, plain(row.querySelector("legend").textContent)]);
    box.hidden = false;
    search.addEventListener("input", () => {
      const wanted = plain(search.value.trim());
      let found = 0;
      for (const [item, name] of names) {
        item.hidden = !name.includes(wanted);
        found += item.hidden ? 0 : 1;
      }
      none.hidden = found > 0;
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
}

document.querySelectorAll("form[data-sheet]").forEach((form) => new Sheet(form));
