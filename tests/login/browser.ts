/** A browser as far as logging in goes: cookies by name, and what it says of whose page asks. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** Every Set-Cookie line that came. */
  readonly setCookies: string[] = [];

  /** `ask`: how requests are made. */
  constructor(public ask: (path: string, init: RequestInit) => Promise<Response>) {}

  /** A browser that is at a gateway's own pages. */
  static at(url: string): Browser {
    return new Browser((path, init) => fetch(url + path, init));
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return await this.#send(path, { headers: { "Sec-Fetch-Site": "same-origin", ...headers } });
  }

  async post(
    path: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return await this.#send(path, {
      method: "POST",
      body: new URLSearchParams(form),
      headers: { "Sec-Fetch-Site": "same-origin", ...headers },
    });
  }

  // deno-lint-ignore no-explicit-any
  async json(path: string): Promise<any> {
    return await (await this.get(path)).json();
  }

  /** Where a page sends the browser to, as path and query. */
  async sentTo(answer: Response | Promise<Response>): Promise<string> {
    const { headers, body } = await answer;
    await body?.cancel();
    return headers.get("location") ?? "nowhere";
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) {
      headers.set("Cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    const answer = await this.ask(path, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      this.setCookies.push(line);
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (/Max-Age=0/.test(line)) this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return answer;
  }
}
