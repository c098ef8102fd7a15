// SPDX-License-Identifier: Apache-2.0
// Lists whose links lie in their members: no allocation, and a member that dies leaves its list by itself. One thread.
#pragma once

#include <type_traits>

namespace junctor::loop {

class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { unlink(); }

  bool linked() const { return next_ != this; }
  void unlink() {
    prev_->next_ = next_;
    next_->prev_ = prev_;
    next_ = prev_ = this;
  }

 private:
  template <class T>
  friend class List;

  void insert_before(ListNode& at) {
    prev_ = at.prev_;
    next_ = &at;
    prev_->next_ = this;
    at.prev_ = this;
  }

  ListNode* prev_ = this;
  ListNode* next_ = this;
};

/// T derives from ListNode. The list owns nothing.
template <class T>
class List {
 public:
  bool empty() const { return !head_.linked(); }
  void push_back(T& member) {
    static_cast<ListNode&>(member).unlink();
    static_cast<ListNode&>(member).insert_before(head_);
  }
  /// Behind all members that it is not `less` than; looks from the back.
  template <class Less>
  void insert(T& member, Less less) {
    static_cast<ListNode&>(member).unlink();
    ListNode* at = &head_;
    while (at->prev_ != &head_ && less(member, static_cast<T&>(*at->prev_))) at = at->prev_;
    static_cast<ListNode&>(member).insert_before(*at);
  }
  /// From the front. A member may leave only once the iterator is past it.
  class Iterator {
   public:
    explicit Iterator(ListNode* at) : at_{at} {}
    T& operator*() const { return static_cast<T&>(*at_); }
    Iterator& operator++() {
      at_ = after(at_);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    ListNode* at_;
  };
  Iterator begin() { return Iterator{head_.next_}; }
  Iterator end() { return Iterator{&head_}; }
  T& front() { return static_cast<T&>(*head_.next_); }
  static ListNode* after(ListNode* node) { return node->next_; }
  T& pop_front() {
    T& first = front();
    static_cast<ListNode&>(first).unlink();
    return first;
  }
  /// Takes all members of `other`, behind its own.
  void splice(List& other) {
    if (other.empty()) return;
    ListNode* first = other.head_.next_;
    ListNode* last = other.head_.prev_;
    other.head_.next_ = other.head_.prev_ = &other.head_;
    first->prev_ = head_.prev_;
    head_.prev_->next_ = first;
    last->next_ = &head_;
    head_.prev_ = last;
  }

 private:
  ListNode head_;
};

}  // namespace junctor::loop
