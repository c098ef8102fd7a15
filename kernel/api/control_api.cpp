// SPDX-License-Identifier: Apache-2.0
// junctor.control/1: a plugin's words for junctorctl. The answer may come from any thread, late, twice or never.
#include <map>
#include <mutex>
#include <utility>

#include "api/host.hpp"
#include "api/tables.hpp"

namespace junctor::api {
namespace {

/// Answers that are due, by a number that is never used twice: a plugin that answers twice finds nothing.
class Replies {
 public:
  uint64_t add(ops::Answer answer) {
    const std::lock_guard lock{mutex_};
    // Those that were never given: the oldest make room.
    if (due_.size() >= kMaxDue) due_.erase(due_.begin());
    due_.emplace(++last_, std::move(answer));
    return last_;
  }
  ops::Answer take(uint64_t id) {
    const std::lock_guard lock{mutex_};
    const auto found = due_.find(id);
    if (found == due_.end()) return {};
    ops::Answer answer = std::move(found->second);
    due_.erase(found);
    return answer;
  }

 private:
  static constexpr size_t kMaxDue = 1024;
  std::mutex mutex_;
  std::map<uint64_t, ops::Answer> due_;
  uint64_t last_ = 0;
};

Replies& replies() {
  static Replies all;
  return all;
}

void finish(void* self, jct_status status, jct_str json) {
  const ops::Answer answer = replies().take(reinterpret_cast<uint64_t>(self));
  if (answer) answer(status >= 0, json.size == 0 ? std::string{"null"} : std::string{json.data, json.size});
}

void run_command(Host& host, jct_command_fn fn, void* self, const std::string& args, ops::Answer answer) {
  const uint64_t id = replies().add(std::move(answer));
  host.kernel().loops.at(host.home()).post([&host, fn, self, args, id] {
    const jct_reply reply{reinterpret_cast<void*>(id), &finish};
    if (!host.enter()) {
      static constexpr std::string_view kStopping = R"({"error":"the plugin is stopping"})";
      return finish(reply.self, JCT_E_STATE, {kStopping.data(), kStopping.size()});
    }
    const loop::BusyLabel busy{host.kernel().loops.at(host.home()), host.label()};
    fn(self, {args.data(), args.size()}, reply);
    host.leave();
  });
}

jct_status command(const jct_host* raw, const char* name, const char* help, jct_command_fn fn, void* self) {
  Host& host = Host::of(raw);
  if (!host.carries_over()) return host.wrong_thread("command");
  if (name == nullptr || !ops::Commands::is_name(name) || fn == nullptr) return JCT_E_ARG;
  ops::Commands::Command made{host.instance(), host.key(), help == nullptr ? "" : help,
                              [&host, fn, self](const std::string& args, ops::Answer answer) {
                                run_command(host, fn, self, args, std::move(answer));
                              }};
  if (host.kernel().commands.add(name, std::move(made))) return JCT_OK;
  const std::string& holder = host.kernel().commands.find(name)->instance;
  host.blame("plugin.command_taken", "command",
             std::string{name} + ", by [" + (holder.empty() ? "kernel" : holder) + "]");
  return JCT_E_EXISTS;
}

}  // namespace

const jct_control_api& control_api() {
  static constexpr jct_control_api kApi{sizeof(jct_control_api), 0, command};
  return kApi;
}

}  // namespace junctor::api
