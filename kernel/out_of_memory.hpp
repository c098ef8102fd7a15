// SPDX-License-Identifier: Apache-2.0
// The end of a process that gets no more memory: one line that says so and an exit code, so that whoever supervises it
// starts it anew. What a barrier can catch (a plugin's callback) does not come here.
#pragma once

namespace junctor {

/// Once, before a second thread runs.
void say_when_out_of_memory();

}  // namespace junctor
