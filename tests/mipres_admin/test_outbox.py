"""Does mail leave once, whatever dies meanwhile, and is nothing of it kept? (mipres_admin.mail, delivery, worker)"""
