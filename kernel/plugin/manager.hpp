// SPDX-License-Identifier: Apache-2.0
// The instances and their states: start in order, reload, drain, stop in reverse. [control]
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/diff.hpp"
#include "config/snapshot.hpp"
#include "loop/event_loop.hpp"
#include "ops/log.hpp"
#include "plugin/graph.hpp"
#include "plugin/module.hpp"
#include "plugin/services.hpp"

namespace junctor::plugin {

enum class State { kChecked, kCreated, kRunning, kDraining, kStopped, kFailed };
std::string_view state_name(State state);

/// What the manager needs of the rest of the kernel.
struct Surroundings {
  loop::EventLoop* control;
  ops::Log* log;
  Services* services;
  /// The module of a plugin; null and `*why`.
  std::function<const Module*(const std::string& plugin, std::string* why)> module;
  /// Opens the sockets that an instance will ask for, so that a refusal comes before anything is touched.
  std::function<bool(const config::Instance& values, std::string* why)> prepare_sockets;
  /// Closes sockets that no instance holds.
  std::function<void()> retire_sockets;
  /// The object's words leave the control socket.
  std::function<void(const std::string& key)> forget_commands;
};

struct Status {
  std::string name;
  std::string plugin;
  std::string version;
  State state;
  std::string reason;  ///< of a failure
  std::vector<std::string> uses;
};

class Manager {
 public:
  explicit Manager(Surroundings surroundings);
  ~Manager();

  /// Creates all, then starts all, in order. On the first failure everything is stopped again and `*why` names it.
  bool start(std::shared_ptr<const config::Snapshot> snapshot, std::string* why);

  /// Asks and prepares all, then applies all; false and `*why` when one refuses: then nothing has changed
  /// and snapshot() is the old one. Also false where one that was accepted did not start: the rest is in force. What is
  /// replaced or removed drains in the background.
  bool reload(std::shared_ptr<const config::Snapshot> snapshot, std::string* why);

  /// All of them refuse new work; `idle` runs on the control loop when nothing is left or the drain timeout is over.
  void drain(std::function<void()> idle);

  /// Now, users before providers and who hears events last, what still drains included.
  void stop();

  /// Has one that was stopped a thread inside it still? It stays FAILED and in memory until that has come back; while
  /// there is one the process cannot end in order.
  bool has_late() const { return !late_.empty(); }

  std::vector<Status> status() const;
  const std::shared_ptr<const config::Snapshot>& snapshot() const { return snapshot_; }

 private:
  /// One object of an instance.
  struct Running {
    std::string name;
    std::string key;
    const Module* module = nullptr;
    std::unique_ptr<Object> object;
    State state = State::kChecked;
    bool drains = false;  ///< has been asked to, and has not answered
    std::string reason;
    std::vector<std::string> uses;  ///< names
    std::vector<std::string> late;  ///< names of those that it finds from its start on
    std::shared_ptr<const config::Snapshot> snapshot;
  };
  /// A generation that drains: stopped as one, users first, when all are idle or the time is over.
  struct Leaving {
    Leaving(Manager* owner, std::list<Running> entries, std::function<void()> done)
        : manager{owner},
          group{std::move(entries)},
          then{std::move(done)},
          deadline{loop::Timer::of<&Leaving::timed_out>(this)} {}
    void timed_out();

    Manager* manager;
    std::list<Running> group;
    std::function<void()> then;
    size_t busy = 0;
    loop::Timer deadline;
  };
  struct Plan;

  bool plan_reload(const config::Snapshot& next, Plan* plan, std::string* why);
  bool ask_all(const config::Snapshot& next, const Plan& plan, std::string* why);
  bool create_all(const std::shared_ptr<const config::Snapshot>& next, const Graph& graph,
                  const std::vector<std::string>& names, std::list<Running>* made, std::string* why);
  std::string carry_out(const std::shared_ptr<const config::Snapshot>& next, const Plan& plan, std::list<Running> made);
  bool create_one(Running& entry, const config::Instance& values, std::vector<std::string> providers, std::string* why);
  bool provider_runs(Running& entry, std::string* why);
  bool start_one(Running& entry, std::string* why);
  static std::list<Running>::iterator next_to_stop(std::list<Running>& group);
  bool stop_one(Running& entry);
  void reap_late();
  void on_reap();
  void bind_late(const Running& entry, const std::list<Running>& made);
  void destroy_all(std::list<Running>& group);
  void leave(std::list<Running> group, std::function<void()> then);
  void finish_leaving(Leaving* group);
  std::string key_of(const std::string& name, const std::list<Running>& made) const;
  Running* find(const std::string& name);
  void sort_running(const config::Snapshot& snapshot);

  Surroundings around_;
  std::shared_ptr<const config::Snapshot> snapshot_;
  Graph graph_;
  std::list<Running> running_;  ///< providers before users
  std::list<std::unique_ptr<Leaving>> leaving_;
  std::list<Running> late_;                      ///< stopped, with a thread inside
  std::vector<std::unique_ptr<Object>> beside_;  ///< stopped; a late one may use what they provide
  loop::Timer reap_;
  uint64_t generation_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< for what was posted to the control loop
};

}  // namespace junctor::plugin
