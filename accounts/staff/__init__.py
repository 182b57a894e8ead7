"""Who works at the Ministry, in which groups, and who may decide that?"""
