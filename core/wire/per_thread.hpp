// core/wire/per_thread.hpp: one object for each thread that wants it.
#pragma once

#include <pthread.h>

#include <memory>

namespace enginery::wire {

/// Like `thread_local T`, except that a thread's first use takes no lock of the dynamic linker: a destructor that is
/// registered while another thread is inside of dlopen waits until that is done, and what dlopen runs (a plugin's
/// static constructors) may wait for us.
template <class T>
class PerThread {
 public:
  static T& get() {
    if (!mine_) {
      static const pthread_key_t key = make_key();
      auto fresh = std::make_unique<T>();
      pthread_setspecific(key, fresh.get());
      mine_ = fresh.release();
    }
    return *mine_;
  }

 private:
  static pthread_key_t make_key() {
    pthread_key_t key{};
    pthread_key_create(&key, [](void* object) {
      mine_ = nullptr;
      delete static_cast<T*>(object);
    });
    return key;
  }

  static inline thread_local T* mine_ = nullptr;
};

}  // namespace enginery::wire
