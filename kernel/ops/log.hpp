// SPDX-License-Identifier: Apache-2.0
// One line an event, key=value or JSON. Writers never wait: lines go through a bounded queue to a thread that writes
// them to standard error or to a rotated file. A line that comes alone, a warning and an error are written at once;
// where lines come often, those of some milliseconds leave in one write. What strangers bring about is bounded: texts
// are cut, and lines beyond the budget are counted and summed up.
#pragma once

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

#include "ops/log_budget.hpp"
#include "ops/log_file.hpp"

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
  /// Throws std::runtime_error where the file cannot be opened.
  explicit Log(const LogSettings& settings);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// [any]
  bool enabled(Level level) const { return level <= level_.load(std::memory_order_relaxed); }
  void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }
  Level level() const { return level_.load(std::memory_order_relaxed); }

  /// [any] Bytes an hour; 0: no bound.
  void set_budget(int64_t bytes_an_hour);

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

  /// [any] Lines since the start: beyond the budget or the queue; and those that the disk refused.
  uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }
  uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }

  /// [any] What comes from now on goes to a file of log_file's name, also where the one before has been moved away.
  void reopen();

 private:
  struct Line {
    Level level;
    std::string text;
    std::string json;  ///< only while somebody follows
  };
  static constexpr size_t kMaxQueued = 8192;

  void serve();
  void wait_for_lines(std::unique_lock<std::mutex>& lock);
  void emit(const std::deque<Line>& lines);
  void emit(const std::string& text, uint64_t lines);
  void tell(Level level, std::string_view event, std::initializer_list<Field> fields);
  void tell_of_failures();
  std::string format(Level level, std::string_view plugin, std::string_view event, std::span<const Field> fields) const;

  std::atomic<Level> level_;
  const bool json_;
  std::optional<LogFile> file_;  // none: standard error
  std::atomic<int> followers_{0};
  std::atomic<uint64_t> left_out_{0};
  std::atomic<uint64_t> failed_{0};
  uint64_t failed_told_ = 0;  // the log's thread
  int failure_ = 0;           // errno of the last write that failed; the log's thread

  std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable idle_;
  std::condition_variable rest_;
  std::deque<Line> queue_;
  uint64_t lost_ = 0;
  bool writing_ = false;
  bool urgent_ = false;  // no rest now
  bool stopping_ = false;
  bool reopen_ = false;
  LogBudget budget_;

  std::mutex sink_mutex_;
  std::map<uint64_t, std::function<void(const std::string&)>> sinks_;
  uint64_t next_sink_ = 1;

  std::thread thread_;
};

/// `key=value`, quoted where it holds a space, a quote or a control character. Values are cut: what the network may
/// have brought after `kMostText` bytes, `hint`, `reason` and other words of our own after `kMostOwn`.
constexpr size_t kMostText = 160;
constexpr size_t kMostOwn = 2048;
std::string format_kv(Level level, std::string_view time, std::string_view plugin, std::string_view event,
                      std::span<const Field> fields);
std::string format_json(Level level, std::string_view time, std::string_view plugin, std::string_view event,
                        std::span<const Field> fields);

}  // namespace junctor::ops
