// SPDX-License-Identifier: Apache-2.0
// The end of a process that gets no more memory: one line that says so and an exit code, so that whoever supervises it
// starts it anew.
#pragma once

namespace junctor {

/// Once, before a second thread runs.
void end_when_out_of_memory();

}  // namespace junctor
