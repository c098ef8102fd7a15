// SPDX-License-Identifier: Apache-2.0
// A move-only callable that is handed to another thread. Small captures stay inside it, so that posting allocates
// nothing. Any thread; one owner at a time.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace junctor::loop {

/// Called at most once in practice; destroying it uncalled drops the capture, which is how work that was never run is
/// noticed (a jct_task's `drop` sits in such a capture).
class Task {
 public:
  static constexpr size_t kInline = 56;

  Task() noexcept = default;

  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Task>>>
  Task(F&& callable) {  // NOLINT(bugprone-forwarding-reference-overload): implicit as std::function is
    using Stored = std::decay_t<F>;
    if constexpr (fits<Stored>()) {
      ::new (static_cast<void*>(storage_)) Stored(std::forward<F>(callable));
      ops_ = &kInlineOps<Stored>;
    } else {
      ::new (static_cast<void*>(storage_)) Stored*(new Stored(std::forward<F>(callable)));
      ops_ = &kHeapOps<Stored>;
    }
  }

  Task(Task&& other) noexcept { take(other); }
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { reset(); }

  explicit operator bool() const noexcept { return ops_ != nullptr; }
  void operator()() { ops_->run(storage_); }

  /// Drops the capture.
  void reset() noexcept {
    if (ops_ != nullptr) std::exchange(ops_, nullptr)->destroy(storage_);
  }

 private:
  struct Ops {
    void (*run)(void*);
    void (*relocate)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  template <class F>
  static constexpr bool fits() {
    return sizeof(F) <= kInline && alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;
  }

  template <class F>
  static constexpr Ops kInlineOps = {[](void* self) { (*static_cast<F*>(self))(); },
                                     [](void* from, void* to) noexcept {
                                       ::new (to) F(std::move(*static_cast<F*>(from)));
                                       static_cast<F*>(from)->~F();
                                     },
                                     [](void* self) noexcept { static_cast<F*>(self)->~F(); }};

  template <class F>
  static constexpr Ops kHeapOps = {[](void* self) { (**static_cast<F**>(self))(); },
                                   [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
                                   [](void* self) noexcept { delete *static_cast<F**>(self); }};

  void take(Task& other) noexcept {
    ops_ = std::exchange(other.ops_, nullptr);
    if (ops_ != nullptr) ops_->relocate(other.storage_, storage_);
  }

  alignas(std::max_align_t) std::byte storage_[kInline];
  const Ops* ops_ = nullptr;
};

}  // namespace junctor::loop
