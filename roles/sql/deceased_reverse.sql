DROP TRIGGER person_gets_another_document ON accounts_person;
DROP TRIGGER person_comes ON accounts_person;
DROP FUNCTION person_may_be_deceased();
DROP TRIGGER deceased_deleted ON accounts_deceasedentry;
DROP TRIGGER deceased_updated ON accounts_deceasedentry;
DROP TRIGGER deceased_inserted ON accounts_deceasedentry;
DROP FUNCTION persons_follow_the_deceased();
