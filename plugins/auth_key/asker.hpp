// SPDX-License-Identifier: Apache-2.0
// Who waits for auth/1's answer. Lives on the asking loop.
#pragma once

#include <junctor/service/auth.h>
#include <junctor/result.hpp>

#include <optional>
#include <utility>

#include "auth_key/decision.hpp"

namespace junctor::auth {

/// Is answered exactly once: one that goes unanswered, as when the server stops, is denied.
class Asker {
 public:
  explicit Asker(const jct_auth_done& done) : done_{done} {}
  Asker(Asker&& other) noexcept : done_{std::exchange(other.done_, std::nullopt)} {}
  Asker& operator=(Asker&&) = delete;
  ~Asker() { answer(kUnavailable); }

  void answer(const Decision& decision) {
    const auto done = std::exchange(done_, std::nullopt);
    if (!done) return;
    done->done(done->self, decision.allowed() ? JCT_OK : JCT_E_DENIED, str(decision.reason), str(decision.text));
  }
  uint32_t loop() const { return done_->loop; }

 private:
  std::optional<jct_auth_done> done_;
};

}  // namespace junctor::auth
