-- Sends the requests of a file in their order: each is its length in a line of its own, then its
-- bytes. With a third argument "once" it stops after the last, else it begins anew.
local file, once = nil, false
local requests, at = {}, 0

function init(args)
  file, once = args[1], args[2] == "once"
  local handle = assert(io.open(file, "rb"))
  while true do
    local length = handle:read("*l")
    if not length then break end
    requests[#requests + 1] = handle:read(tonumber(length))
  end
  handle:close()
end

function request()
  at = at + 1
  if at > #requests then
    if once then
      -- What is sent from here on until wrk has stopped is harmless.
      wrk.thread:stop()
      return "GET /healthz HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n\r\n"
    end
    at = 1
  end
  return requests[at]
end

function done(summary, latency, _)
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "octets": %d, "p50": %d, "p99": %d, "worst": %d, ' ..
    '"refused": %d, "broken": %d, "late": %d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), latency.max,
    summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write,
    summary.errors.timeout))
end
