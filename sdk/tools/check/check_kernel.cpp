// SPDX-License-Identifier: Apache-2.0
// CheckKernel: the kernel under junctor-plugin-check. The log's thread tells what it hears.
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "tools/check/check_walk.hpp"
#include "tools/junctorctl/render.hpp"

namespace junctor::tools {
namespace {

/// Two, so that a PARALLEL plugin is called by more than one.
constexpr uint32_t kWorkers = 2;
constexpr uint32_t kOffloadThreads = 2;
constexpr size_t kOffloadQueue = 1000;

std::string make_dir() {
  std::string dir = (std::filesystem::temp_directory_path() / "junctor-check-XXXXXX").string();
  if (::mkdtemp(dir.data()) == nullptr) throw std::runtime_error{"cannot make a directory like " + dir};
  return dir;
}

ops::LogSettings log_in(const std::string& dir) {
  ops::LogSettings settings;
  settings.file = dir + "/log";
  return settings;
}

}  // namespace

CheckKernel::CheckKernel()
    : dir_{make_dir()}, log_{log_in(dir_)}, kernel_{kWorkers, kOffloadThreads, kOffloadQueue, log_} {
  follow_ = log_.follow([this](const std::string& json) { hear(json); });
  kernel_.loops.set_patience(kernel_.stop_timeout);
  kernel_.loops.control().adopt();
  kernel_.loops.start();
}

CheckKernel::~CheckKernel() {
  kernel_.pool.stop();
  kernel_.loops.stop();
  log_.flush();
  log_.unfollow(follow_);
  std::error_code error;
  std::filesystem::remove_all(dir_, error);
}

/// Faults that the kernel finds are events `plugin.*`; a plugin's own warnings may be meant, its errors are not.
void CheckKernel::hear(const std::string& json) {
  try {
    auto event = parse_json(json).extract<Poco::JSON::Object::Ptr>();
    const bool blamed = event->getValue<std::string>("event").rfind("plugin.", 0) == 0;
    const bool error = event->getValue<std::string>("level") == "error";
    if (!event->has("plugin") || !(blamed || error)) return;
    event->remove("time");
    const std::string instance = event->getValue<std::string>("plugin");
    const std::lock_guard lock{mutex_};
    heard_.emplace_back(instance, event_line(Poco::Dynamic::Var{event}.toString()));
  } catch (const Poco::Exception&) {
    const std::lock_guard lock{mutex_};
    heard_.emplace_back("", json);
  }
}

std::vector<std::string> CheckKernel::take_blames(const std::string& instance) {
  log_.flush();
  const std::lock_guard lock{mutex_};
  std::vector<std::string> lines;
  for (auto& [who, line] : heard_) {
    if (who == instance) lines.push_back(std::move(line));
  }
  heard_.clear();
  return lines;
}

}  // namespace junctor::tools
