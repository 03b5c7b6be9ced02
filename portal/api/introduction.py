"""What the documentation of the API says before its operations. Settings read this module, so it imports nothing."""

INTRODUCTION = """\
Feed conversations, consents and flags into Probity; read cycles, findings and figures.

**Who asks.** An API key, made by an administrator, belongs to one team and opens what its scopes open. Send it as
`Authorization: Bearer prb_…`. Each operation says its scope. Decisions about findings and flags are made by people:
those operations take the session of somebody signed in, with `X-CSRFToken`.

**Sending.** JSON in UTF-8, up to 8 MiB and 32 levels deep; an unknown key is refused by name. Bulk goes as JSON lines
(`application/x-ndjson`, plain or with `Content-Encoding: gzip`), each line judged by itself: the answer is 200 and
lists the lines that were rejected, so look at `rejected`. Times are ISO 8601; without an offset they are UTC. Items
of another team are not there (404).

**Lists** are newest first. Follow `next` until it is null; `page_size` is 1 to 200. A filter that is a list is
repeated: `?state=new&state=confirmed`.

**Errors** are `application/problem+json` (RFC 9457): `type` ends in a code that stays, `detail` is for people,
`errors` names each field at fault. No error repeats what was sent.

**Repeating a request** that broke off is safe for conversations and rows (by `external_id`), consent events (by
`source` and `source_event_id`) and flags (by `source` and `source_id`): what is known is not stored twice.
Cycles, probes, exports, data-subject requests, age notes and restrictions are made anew each time; look at the list
before you repeat one. No operation reads an `Idempotency-Key`.

**Limits.** A key may ask 30,000 times a minute unless the operator has set another limit. 429 says in `Retry-After`
how many seconds to wait.
"""
