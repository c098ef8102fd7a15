// SPDX-License-Identifier: Apache-2.0
// One line an event, key=value or JSON. Writers never wait: lines go through a bounded queue to a thread that owns the
// Poco channel (standard error or a rotated file). A line that comes alone, a warning and an error are written at once;
// where lines come often, those of some milliseconds leave in one write.
#pragma once

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace junctor::ops {

enum class Level : uint32_t { kError = 1, kWarning = 2, kInfo = 3, kDebug = 4 };

std::optional<Level> parse_level(std::string_view text);
std::string_view level_name(Level level);

struct Field {
  std::string_view key;
  std::string_view value;
};

struct LogSettings {
  Level level = Level::kInfo;
  bool json = false;
  std::string file;  ///< empty: standard error
  int64_t rotate_bytes = 0;
  int64_t keep = 0;
};

class Log {
 public:
  explicit Log(const LogSettings& settings);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// [any]
  bool enabled(Level level) const { return level <= level_.load(std::memory_order_relaxed); }
  void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }
  Level level() const { return level_.load(std::memory_order_relaxed); }

  /// [any] `plugin` may be empty (the kernel itself). Lines beyond the queue's bound are counted and told of later.
  void write(Level level, std::string_view plugin, std::string_view event, std::span<const Field> fields);
  void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    write(level, "", event, {fields.begin(), fields.size()});
  }

  /// [any] Every line at info or above goes to `sink` as JSON, on the log's thread, until unfollow.
  uint64_t follow(std::function<void(const std::string& json)> sink);
  void unfollow(uint64_t id);

  /// [any] Waits until what was written before is out.
  void flush();

 private:
  struct Line {
    Level level;
    std::string text;
    std::string json;  ///< only while somebody follows
  };
  static constexpr size_t kMaxQueued = 8192;

  void serve();
  void emit(const std::deque<Line>& lines);
  void emit(const std::string& text);

  std::atomic<Level> level_;
  const bool json_;
  Poco::AutoPtr<Poco::Channel> channel_;
  std::atomic<int> followers_{0};

  std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable idle_;
  std::condition_variable rest_;
  std::deque<Line> queue_;
  uint64_t lost_ = 0;
  bool writing_ = false;
  bool urgent_ = false;  // no rest now
  bool stopping_ = false;

  std::mutex sink_mutex_;
  std::map<uint64_t, std::function<void(const std::string&)>> sinks_;
  uint64_t next_sink_ = 1;

  std::thread thread_;
};

/// `key=value`, quoted where it holds a space, a quote or a control character.
std::string format_kv(Level level, std::string_view time, std::string_view plugin, std::string_view event,
                      std::span<const Field> fields);
std::string format_json(Level level, std::string_view time, std::string_view plugin, std::string_view event,
                        std::span<const Field> fields);

}  // namespace junctor::ops
