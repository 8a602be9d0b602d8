-- SPDX-License-Identifier: Apache-2.0
-- For wrk: GETs of the paths in the file that TARGETS names, in random order.
local targets = {}
for line in io.lines(os.getenv("TARGETS")) do targets[#targets + 1] = line end
math.randomseed(os.time())
request = function()
    return wrk.format("GET", targets[math.random(#targets)])
end
