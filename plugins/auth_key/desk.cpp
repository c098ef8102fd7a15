// SPDX-License-Identifier: Apache-2.0
// peers waiting|approve|reject|block|unblock|blocked, block, unblock, blocked. Lives on the home loop.
#include "auth_key/desk.hpp"

#include <junctor/command_json.hpp>
#include <memory>

namespace junctor::auth {
namespace {

/// A reply that somebody else finishes, once.
jct_reply passed_on(const Reply& reply) {
  return {new Reply{reply}, [](void* self, jct_status status, jct_str json) {
            const std::unique_ptr<Reply> kept{static_cast<Reply*>(self)};
            status == JCT_OK ? kept->ok(view(json)) : kept->fail(status, view(json));
          }};
}

}  // namespace

Desk::Desk(Host& host, Gatekeeper& gatekeeper, const Keeper& keeper)
    : host_{host}, gatekeeper_{gatekeeper}, keeper_{keeper} {
  using Words = Operators::Words;
  using What = Operators::What;
  add_admission("waiting", "[page N]: devices that are not admitted yet, and what was said about them",
                [](const Operators& o, const Words& w) { return o.waiting(w); });
  add_admission("approve", "ID [FINGERPRINT]: admits the device that waits as ID, or the first that will ask",
                [](const Operators& o, const Words& w) { return o.approve(w); });
  add_admission("reject", "ID [FINGERPRINT]: the device that waits as ID is not admitted",
                [](const Operators& o, const Words& w) { return o.reject(w); });
  add("peers block", "ID [for DURATION] [TEXT]: may not register and cannot be reached",
      [](const Operators& o, const Words& w) { return o.block(w, What::kIds); });
  add("peers unblock", "ID", [](const Operators& o, const Words& w) { return o.unblock(w, What::kIds); });
  add("peers blocked", "[page N]: ids that are blocked",
      [](const Operators& o, const Words& w) { return o.blocked(w, What::kIds); });
  add("block", "ID|ADDRESS|NETWORK [for DURATION] [TEXT]: is refused everything from now on",
      [](const Operators& o, const Words& w) { return o.block(w, What::kAll); });
  add("unblock", "ID|ADDRESS|NETWORK", [](const Operators& o, const Words& w) { return o.unblock(w, What::kAll); });
  add("blocked", "[page N]: ids, addresses and networks that are blocked",
      [](const Operators& o, const Words& w) { return o.blocked(w, What::kAll); });
}

template <class Make>
void Desk::add(const char* name, const char* help, Make make) {
  host_.command(name, help,
                [this, make](std::string_view args, const Reply& reply) { carry_out(plan(args, make), reply); });
}

template <class Make>
void Desk::add_admission(const char* verb, const char* help, Make make) {
  host_.command(("peers " + std::string{verb}).c_str(), help,
                [this, make, verb](std::string_view args, const Reply& reply) {
                  if (!admission_) return carry_out(plan(args, make), reply);
                  admission_->table.command(admission_->self, str(verb), str(args), passed_on(reply));
                });
}

template <class Make>
Plan Desk::plan(std::string_view args, const Make& make) const {
  Plan made;
  const auto words = command::words(args);
  const Operators::Moment at{host_.now(), static_cast<int64_t>(host_.wall() / 1'000'000)};
  const size_t max_kept = gatekeeper_.max_kept();
  gatekeeper_.with_state([&](const State& state) { made = make(Operators{state, at, max_kept}, words); });
  return made;
}

void Desk::carry_out(const Plan& plan, const Reply& reply) const {
  if (!plan.error.empty()) return reply.fail(JCT_E_ARG, command::error(plan.error));
  if (!plan.change) return reply.ok(plan.answer);
  keeper_.keep(*plan.change, [this, plan, reply](jct_status status) {
    if (status != JCT_OK) {
      return reply.fail(status, command::error("it could not be stored (" + std::string{status_text(status)} +
                                               "), so nothing has changed; see the log"));
    }
    gatekeeper_.apply(*plan.change);
    tell(plan);
    reply.ok(plan.answer);
  });
}

void Desk::tell(const Plan& plan) const {
  const char* key = plan.about.network ? "network" : "id";
  const std::string about = plan.about.text();
  const char* kept = keeper_.has_storage() ? "stored" : "until the server ends";
  if (plan.lasts_s == 0) return host_.event(JCT_LOG_INFO, plan.event, {{key, about}, {"kept", kept}});
  host_.event(JCT_LOG_INFO, plan.event, {{key, about}, {"lasts_s", plan.lasts_s}, {"kept", kept}});
}

}  // namespace junctor::auth
